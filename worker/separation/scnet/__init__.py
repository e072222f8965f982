"""SCNet, the sparse compression network (Tong et al. 2024, https://arxiv.org/abs/2401.13276), by OpenVINO."""
