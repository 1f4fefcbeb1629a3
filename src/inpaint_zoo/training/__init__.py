"""Everything between a configuration and `Trainer.fit`: the Trainer, its callbacks and loggers, and resuming."""
