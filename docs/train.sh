#!/bin/sh
# Every run behind docs/replication.md and the shipped checkpoint, one after the other: two hours of one CPU core.
#
#   sh docs/train.sh ../shared/data/tiny-imagenet ../shared/data/photos runs
#
# On your own photos: a folder of zips of CLASS/PHOTO for the encoder, a folder with train/ and test/, and a folder for
# the runs. A run that is there already is gone on with, so the script may be stopped and started again.
set -eu
tiny=$1 photos=$2 runs=$3
generator=".venv/bin/python -m generator"
encoder=$runs/pretext-resnet18/last.safetensors

train() { # RUN, then what train is told
  run=$runs/$1; shift
  if [ -e "$run/config.json" ]; then $generator train --resume "$run"
  else $generator train "$@" --threads 1 --out "$run"; fi
}

[ -e "$encoder" ] || { # under another name until it is whole: it cannot be gone on with
  rm -rf "$runs/pretext.part"
  $generator pretext resnet18 --data "$tiny"/*.zip --epochs 5 --threads 1 --out "$runs/pretext.part"
  mv "$runs/pretext.part" "$runs/pretext-resnet18"
}

# The shipped one. The demo says that its split `train` was learned, so it is.
[ -e "$runs/demo-photos" ] || .venv/bin/python -m colortest.demo.photos "$runs/demo-photos"
train best best --data "$tiny"/part-1.zip "$tiny"/part-2.zip "$tiny"/part-3.zip "$photos/train" --whole "$runs/demo-photos/train" --encoder "$encoder"

# The four systems of the thesis, small.
for system in thesis-unet-sigmoid thesis-unet-patchgan; do
  train $system $system --small --data "$tiny"/part-1.zip
done
for system in thesis-resnet50-patchgan resnet18-patchgan; do
  train $system $system --small --data "$tiny"/part-1.zip --encoder "$encoder"
done

# Regression alone, and from there what labels and judges change.
train warm warm --small --data "$tiny"/part-1.zip --encoder "$encoder"
for labels in thesis hard hinge thesis-sigmoid thesis-alone; do
  train labels-$labels labels-$labels --small --steps 500 --data "$tiny"/part-1.zip --start "$runs/warm/last.safetensors"
done

# A thousand photos that the systems learned from, and a thousand whose colours they never saw (the encoder saw those in
# grey, with the names of their classes).
.venv/bin/python - "$tiny" "$runs" <<'END'
import sys, zipfile
from pathlib import Path
for part, folder in (("part-1.zip", "seen"), ("part-2.zip", "unseen")):
    with zipfile.ZipFile(Path(sys.argv[1], part)) as archive:
        archive.extractall(Path(sys.argv[2], folder), sorted(archive.namelist())[::20])
END
systems="$runs/thesis-unet-sigmoid/last.safetensors $runs/thesis-unet-patchgan/last.safetensors $runs/thesis-resnet50-patchgan/last.safetensors $runs/resnet18-patchgan/last.safetensors $runs/warm/last.safetensors"
for which in seen unseen; do
  $generator compare $systems --data "$runs/$which" --size 64 --out "$runs/compared-$which"
done
$generator compare "$runs"/labels-*/last.safetensors "$runs/warm/last.safetensors" --data "$runs/unseen" --size 64 --out "$runs/compared-labels"
$generator compare $systems "$runs/best/last.safetensors" --data "$photos/test" --out "$runs/compared-test"
$generator observe "$runs/best/last.safetensors" --data "test=$photos/test" --json "$runs/observed.json"
