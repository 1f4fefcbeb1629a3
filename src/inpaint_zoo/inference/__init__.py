"""Fill the holes of images of any size: strategies, blending, the door for Python."""
