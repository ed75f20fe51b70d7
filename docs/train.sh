#!/bin/sh
# Every run behind docs/replication.md and the shipped checkpoint, one after the other: four hours of one CPU core, half
# of them for the two encoders.
#
#   sh docs/train.sh ../shared/data/tiny-imagenet ../shared/data/photos runs
#
# On your own photos: a folder of two zips or more of CLASS/PHOTO for the encoders, a folder with train/ and test/, and a
# folder for the runs. A run that is there already is gone on with, so the script may be stopped and started again.
# Test photos of which there is a copy among the others are left out of all numbers, and named.
#
#   sh docs/train.sh full PHOTOS RUNS [RESNET50 [RESNET18]]
#
# The thesis' systems and `best` with a ResNet-50, all in full size, for a GPU: **only the first two steps of each stage
# have been tried, on a CPU**. It wants photos of 256 pixels or more, of which the thesis had 10,000, in PHOTOS/train, and
# others to measure on in PHOTOS/test. Encoders are torchvision's of ImageNet, downloaded, unless their files are named:
# torchvision's NAME-HASH.pth, or what `python -m generator pretext resnet50 --data ZIPS --out RUN` left.
#
#   sh docs/train.sh --dry-run …
#
# prints the commands of either and runs none.
set -eu
dry=
[ "$1" != --dry-run ] || { dry=yes; shift; }
python=.venv/bin/python
generator="$python -m generator"

step() { if [ -n "$dry" ]; then printed "$@"; else "$@"; fi; }
printed() {
  for word in "$@"; do case $word in *" "*) printf "'%s' " "$word";; *) printf "%s " "$word";; esac; done
  echo
}
keep() { if [ -n "$dry" ]; then cat; else tee "$1"; fi; } # FILE

train() { # RUN, then what train is told
  run=$runs/$1; shift
  if [ -e "$run/config.json" ]; then step $generator train --resume "$run"
  else step $generator train "$@" $threads --out "$run"; fi
}

compare() { # OUT, then what compare is told, of the ends of runs
  out=$runs/compared-$1; shift
  step $generator compare "$@" --out "$out"
}

ends() { for run in "$@"; do echo "$runs/$run/last.safetensors"; done; }
kept() { echo "$runs/$1/best.safetensors"; } # what held-out photos chose: of `best` that ships, of no other

if [ "$1" = full ]; then
  photos=$2 runs=$3 resnet50=${4:-imagenet} resnet18=${5:-imagenet} threads=
  for system in thesis-unet-sigmoid thesis-unet-patchgan; do
    train $system $system --data "$photos/train"
  done
  train thesis-resnet50-patchgan thesis-resnet50-patchgan --data "$photos/train" --encoder "$resnet50"
  train resnet18-patchgan resnet18-patchgan --data "$photos/train" --encoder "$resnet18"
  train best-resnet50 best-resnet50 --data "$photos/train" --encoder "$resnet50"
  systems=$(ends thesis-unet-sigmoid thesis-unet-patchgan thesis-resnet50-patchgan resnet18-patchgan)
  systems="$systems $(kept best-resnet50)"
  compare full $systems --data "$photos/test" --unlike "$photos/train"
  step $generator observe $systems --data "test=$photos/test" --unlike "$photos/train" --json "$runs/observed.json"
  exit
fi

tiny=$1 photos=$2 runs=$3 threads="--threads 1"
set -- "$tiny"/*.zip
zips=$* first=$1 second=${2-}
resnet18=$runs/pretext-resnet18/last.safetensors resnet50=$runs/pretext-resnet50/last.safetensors

pretext() { # NETWORK; under another name until it is whole, for it cannot be gone on with
  [ -e "$runs/pretext-$1" ] && return
  step rm -rf "$runs/pretext.part"
  step $generator pretext "$1" --data $zips --epochs 5 $threads --out "$runs/pretext.part"
  step mv "$runs/pretext.part" "$runs/pretext-$1"
}

pretext resnet18
pretext resnet50

# A thousand photos, and a thousand whose colours no system below ever sees (the encoders saw those in grey, with the
# names of their classes).
step $python - "$first" "$second" "$runs" <<'END_OF_PYTHON'
import sys, zipfile
from pathlib import Path
*archives, runs = sys.argv[1:]
for name, folder in zip(archives, ("seen", "unseen")):
    with zipfile.ZipFile(name) as archive:
        photos = sorted(one for one in archive.namelist() if not one.endswith("/"))
        archive.extractall(Path(runs, folder), photos[:: max(1, len(photos) // 1000)])
END_OF_PYTHON

# The shipped one. The demo says that its split `train` was learned, so all of it is.
[ -e "$runs/demo-photos" ] || step $python -m colortest.demo.photos "$runs/demo-photos"
train best best --data $zips "$photos/train" \
  --whole "$runs/demo-photos/train" --encoder "$resnet18"

# The four systems of the thesis, small.
thesis="--small --data $first"
train thesis-unet-sigmoid thesis-unet-sigmoid $thesis
train thesis-unet-patchgan thesis-unet-patchgan $thesis
train thesis-resnet50-patchgan thesis-resnet50-patchgan $thesis --encoder "$resnet50"
train resnet18-patchgan resnet18-patchgan $thesis --encoder "$resnet18"

# Regression alone: with the encoder's weights, without them, and without them at a rate for who knows nothing yet.
for seed in 0 1; do
  train warm-$seed warm $thesis --seed $seed --encoder "$resnet18"
  train warm-no-encoder-$seed warm $thesis --seed $seed
  train warm-from-scratch-$seed warm-from-scratch $thesis --seed $seed
done

# From there what labels and judges change.
for labels in thesis hard hinge thesis-sigmoid thesis-sigmoid-alone thesis-patch-alone; do
  train labels-$labels labels-$labels $thesis --steps 500 --start "$runs/warm-0/last.safetensors"
done

# The last two systems on the thousand photos alone, twenty-three times each: what do they learn by heart?
for seed in 0 1; do
  few="--small --steps 600 --seed $seed --data $runs/seen"
  train few-resnet50-$seed thesis-resnet50-patchgan $few --encoder "$resnet50"
  train few-resnet18-$seed resnet18-patchgan $few --encoder "$resnet18"
done

warm=$(ends warm-0 warm-no-encoder-0 warm-from-scratch-0 warm-1 warm-no-encoder-1 warm-from-scratch-1)
systems=$(ends thesis-unet-sigmoid thesis-unet-patchgan thesis-resnet50-patchgan resnet18-patchgan warm-0)
labels=$(ends labels-thesis labels-hard labels-hinge labels-thesis-sigmoid)
alone=$(ends labels-thesis-sigmoid-alone labels-thesis-patch-alone)
few=$(ends few-resnet50-0 few-resnet50-1 few-resnet18-0 few-resnet18-1)
learned="$zips $photos/train $runs/demo-photos/train"
compare seen $systems --data "$runs/seen" --size 64
compare unseen $systems --data "$runs/unseen" --size 64
compare few-seen $few --data "$runs/seen" --size 64
compare few-unseen $few --data "$runs/unseen" --size 64
step $python -m docs.replication "$runs/seen" "$runs/unseen" $few | keep "$runs/gap.txt"
step $python -m docs.replication "$runs/seen" "$runs/unseen" $warm | keep "$runs/transfer.txt"
compare warm $warm --data "$runs/unseen" --size 64
compare labels $labels $alone $(ends warm-0) --data "$runs/unseen" --size 64
compare test $systems $(kept best) --data "$photos/test" --unlike $learned
compare pictures $systems $alone $(kept best) --data "$runs/demo-photos/test" --photos 7 --size 96

# What the model card tells of the shipped one.
evaluate() { step $generator evaluate "$(kept best)" --record "$@"; }
evaluate "photos/test, what was not learned" --data "$photos/test" --unlike $learned
evaluate "demo, split train" --data "$runs/demo-photos/train"
evaluate "demo, split test" --data "$runs/demo-photos/test" --unlike $learned
step $generator observe "$(kept best)" --data "test=$photos/test" --unlike $learned --json "$runs/observed.json"
step $python -m docs.samples "$(kept best)" "$runs/demo-photos/test" "$runs/model-card.png"
