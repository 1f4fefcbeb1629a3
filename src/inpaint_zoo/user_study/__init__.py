"""A study of what people prefer: its page, its key, and what the collected answers say beside the metrics."""
