"""What the networks cost: seconds, operations and memory, in a unit that does not depend on the machine's mood."""
