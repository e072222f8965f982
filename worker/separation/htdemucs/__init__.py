"""Hybrid Transformer Demucs (Rouard et al. 2022, https://arxiv.org/abs/2211.08553) for 4 and 6 stems, by OpenVINO."""
