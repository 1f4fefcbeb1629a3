"""inpaint-zoo: MISF, MADF and CTSDG side by side."""
