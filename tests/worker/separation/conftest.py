"""Which tests of the separation this processor can run."""

import flbt_unet

#: Our own kernels are built for some processors only; there OpenVINO takes their place, and that is tested too.
collect_ignore = [] if flbt_unet.available() else ["test_unet.py"]
