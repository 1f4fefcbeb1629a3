"""The machine and its processes: CPU, device, several processes, random states, progress."""
