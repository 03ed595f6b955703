"""What both phases share: the command line, the rate, averaged weights, the log, checkpoints."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import numpy as np
import torch
from network import DepthNet
from soap import Soap
from torch import Tensor

WARM_UP, SAVE_EVERY, PRINT_EVERY = 20, 50, 25  # steps
AVERAGE_DECAY = 0.99


def arguments(
    description: str | None, minutes: float, rate: float, seed: int
) -> argparse.ArgumentParser:
    """The options of every run."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--material", type=Path, required=True, help="folder of the photos and teacher"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--start", type=Path, help="checkpoint to go on from")
    parser.add_argument("--minutes", type=float, default=minutes, help="of CPU time")
    parser.add_argument("--rate", type=float, default=rate)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=seed)
    return parser


def teacher_file(material: Path) -> Path:
    """The teacher's ONNX file in the test material."""
    return material / "models" / "tcmonodepth_tcsmallnet_192x320.onnx"


class Run:
    """One training run: owns the optimiser, the averaged weights, the clock and the log."""

    def __init__(self, net: DepthNet, args: argparse.Namespace, keep: dict[str, object]) -> None:
        self.net, self._args, self._keep = net.to(memory_format=torch.channels_last), args, keep
        self._average = {k: v.clone() for k, v in net.state_dict().items()}
        self._optimiser = Soap((p for p in net.parameters() if p.requires_grad), args.rate)
        self._running: dict[str, float] = {}
        self._start, self.steps = time.process_time(), 0
        args.out.mkdir(parents=True, exist_ok=True)
        (args.out / "pid").write_text(str(os.getpid()))
        print({k: str(v) for k, v in vars(args).items()}, flush=True)

    @property
    def progress(self) -> float:
        """0 at the start, 1 when the time is used up."""
        return (time.process_time() - self._start) / (60.0 * self._args.minutes)

    def step(self, total: Tensor, losses: dict[str, Tensor], clip: float) -> None:
        """One update with the cosine rate of now; averages, logs and saves."""
        rise = min(1.0, (self.steps + 1) / WARM_UP)
        fall = 0.5 + 0.5 * np.cos(np.pi * min(1.0, self.progress))
        for group in self._optimiser.param_groups:
            group["lr"] = self._args.rate * rise * fall + 1e-6
        self._optimiser.zero_grad(set_to_none=True)
        total.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.net.parameters(), clip)
        if torch.isfinite(norm):
            self._optimiser.step()
        else:
            print(f"step {self.steps}: gradient is not finite, left out", flush=True)
        self.steps += 1
        decay = min(AVERAGE_DECAY, self.steps / (self.steps + 20))
        with torch.no_grad():
            for key, value in self.net.state_dict().items():
                if value.is_floating_point():
                    self._average[key].lerp_(value, 1 - decay)
                else:
                    self._average[key].copy_(value)
        for key, loss in losses.items():
            self._running[key] = 0.98 * self._running.get(key, loss.item()) + 0.02 * loss.item()
        if self.steps % PRINT_EVERY == 0:
            figures = " | ".join(f"{k} {v:.4f}" for k, v in self._running.items())
            print(f"{self.steps} {self.progress:.3f} | {figures}", flush=True)
        if self.steps % SAVE_EVERY == 0:
            self.save()

    def save(self) -> None:
        """Writes checkpoint.pt: the averaged weights, which are the result, and the last ones."""
        state = {"average": self._average, "net": self.net.state_dict(), **self._keep}
        torch.save(state, self._args.out / "checkpoint.pt")
