"""Notes to files of other formats, one file each."""
