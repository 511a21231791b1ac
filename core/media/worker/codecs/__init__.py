"""Reading and writing media formats: demuxers, decoding to samples, encoders."""
