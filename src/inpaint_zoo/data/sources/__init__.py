"""Sources of images: folders, lists of files, partition files, the photographs of scikit-image."""
