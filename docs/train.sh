#!/bin/sh
# Every run behind docs/replication.md and the shipped checkpoint, one after the other: four hours of one CPU core, half
# of them for the two encoders.
#
#   sh docs/train.sh ../shared/data/tiny-imagenet ../shared/data/photos runs
#
# On your own photos: a folder of zips of CLASS/PHOTO for the encoders, a folder with train/ and test/, and a folder for
# the runs. A run that is there already is gone on with, so the script may be stopped and started again.
set -eu
tiny=$1 photos=$2 runs=$3
generator=".venv/bin/python -m generator"
resnet18=$runs/pretext-resnet18/last.safetensors resnet50=$runs/pretext-resnet50/last.safetensors

pretext() { # NETWORK; under another name until it is whole, for it cannot be gone on with
  [ -e "$runs/pretext-$1" ] && return
  rm -rf "$runs/pretext.part"
  $generator pretext "$1" --data "$tiny"/*.zip --epochs 5 --threads 1 --out "$runs/pretext.part"
  mv "$runs/pretext.part" "$runs/pretext-$1"
}

train() { # RUN, then what train is told
  run=$runs/$1; shift
  if [ -e "$run/config.json" ]; then $generator train --resume "$run"
  else $generator train "$@" --threads 1 --out "$run"; fi
}

compare() { # OUT, then what compare is told, of the ends of runs
  out=$runs/compared-$1; shift
  $generator compare "$@" --out "$out"
}

pretext resnet18
pretext resnet50

# A thousand photos, and a thousand whose colours no system below ever sees (the encoders saw those in grey, with the
# names of their classes).
.venv/bin/python - "$tiny" "$runs" <<'END_OF_PYTHON'
import sys, zipfile
from pathlib import Path
for part, folder in (("part-1.zip", "seen"), ("part-2.zip", "unseen")):
    with zipfile.ZipFile(Path(sys.argv[1], part)) as archive:
        archive.extractall(Path(sys.argv[2], folder), sorted(archive.namelist())[::20])
END_OF_PYTHON

# The shipped one. The demo says that its split `train` was learned, so all of it is.
[ -e "$runs/demo-photos" ] || .venv/bin/python -m colortest.demo.photos "$runs/demo-photos"
train best best --data "$tiny"/part-1.zip "$tiny"/part-2.zip "$tiny"/part-3.zip "$photos/train" \
  --whole "$runs/demo-photos/train" --encoder "$resnet18"

# The four systems of the thesis, small.
thesis="--small --data $tiny/part-1.zip"
train thesis-unet-sigmoid thesis-unet-sigmoid $thesis
train thesis-unet-patchgan thesis-unet-patchgan $thesis
train thesis-resnet50-patchgan thesis-resnet50-patchgan $thesis --encoder "$resnet50"
train resnet18-patchgan resnet18-patchgan $thesis --encoder "$resnet18"

# Regression alone, and from there what labels and judges change.
train warm warm $thesis --encoder "$resnet18"
for labels in thesis hard hinge thesis-sigmoid thesis-alone; do
  train labels-$labels labels-$labels $thesis --steps 500 --start "$runs/warm/last.safetensors"
done

# The last two systems on the thousand photos alone, twenty-three times each: what do they learn by heart?
for seed in 0 1; do
  few="--small --steps 600 --seed $seed --data $runs/seen"
  train few-resnet50-$seed thesis-resnet50-patchgan $few --encoder "$resnet50"
  train few-resnet18-$seed resnet18-patchgan $few --encoder "$resnet18"
done

ends() { for run in "$@"; do echo "$runs/$run/last.safetensors"; done; }
systems=$(ends thesis-unet-sigmoid thesis-unet-patchgan thesis-resnet50-patchgan resnet18-patchgan warm)
labels=$(ends labels-thesis labels-hard labels-hinge labels-thesis-sigmoid labels-thesis-alone warm)
few=$(ends few-resnet50-0 few-resnet50-1 few-resnet18-0 few-resnet18-1)
compare seen $systems --data "$runs/seen" --size 64
compare unseen $systems --data "$runs/unseen" --size 64
compare few-seen $few --data "$runs/seen" --size 64
compare few-unseen $few --data "$runs/unseen" --size 64
.venv/bin/python -m docs.replication "$runs/seen" "$runs/unseen" $few | tee "$runs/gap.txt"
compare labels $labels --data "$runs/unseen" --size 64
compare test $systems $(ends best) --data "$photos/test"
compare pictures $systems $(ends labels-thesis-alone best) --data "$runs/demo-photos/test" --photos 7 --size 96
$generator observe "$runs/best/last.safetensors" --data "test=$photos/test" --json "$runs/observed.json"
