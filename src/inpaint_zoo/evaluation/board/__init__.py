"""Boards: one page of many results, each checked as far as its files reach."""
