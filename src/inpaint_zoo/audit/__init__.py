"""Does a method leak ground truth, or break in ways that make its numbers worthless?

What it does is tested, not its code.
"""
