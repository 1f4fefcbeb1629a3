"""Images of 8 bits: finding, reading, resizing, drawing. uint8, (H, W, 3) RGB; masks (H, W), gray."""
