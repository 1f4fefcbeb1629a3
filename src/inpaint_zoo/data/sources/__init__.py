"""Where images come from: folders, lists of files, layouts of known data sets, photographs of scikit-image."""
