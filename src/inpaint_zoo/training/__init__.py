"""What stands between a configuration and `Trainer.fit`: the Trainer with its callbacks, and where to go on from."""
