"""One thread, so that runs side by side give the same bits."""

from __future__ import annotations

import torch

torch.set_num_threads(1)
