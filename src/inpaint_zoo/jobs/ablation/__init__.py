"""Studies: the variants of a model, trained alike with several seeds, compared, and set beside a published table."""
