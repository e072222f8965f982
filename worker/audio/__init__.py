"""Audio in and out, through PyAV: any file to 44.1 kHz stereo blocks, and blocks to tagged, encoded tracks."""
