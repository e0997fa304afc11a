"""The workspace of pictures made of labels, imported on the first visit."""
