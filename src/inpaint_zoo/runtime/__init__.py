"""The machine and the process: CPU, device, several processes, random states, progress."""
