"""From YAML files and a command line to checked values and objects."""
