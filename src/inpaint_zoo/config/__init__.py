"""From YAML files and a command line to plain values and objects; below `jobs`, nothing else knows Hydra."""
