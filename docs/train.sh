#!/bin/sh
# Every training run of docs/replication.md, one after the other: about an hour and a half of two CPU cores.
#   sh docs/train.sh ../shared/data/tiny-imagenet ../shared/data/photos runs
# Or on your own photos: a folder of zips CLASS/PHOTO for the encoder, a folder with train/ and test/, a folder for runs.
set -eu
tiny=$1 photos=$2 runs=$3
python=".venv/bin/python -m generator"

[ -e "$runs/pretext-resnet18" ] || $python pretext resnet18 --data "$tiny"/*.zip --epochs 5 --threads 1 --out "$runs/pretext-resnet18"
encoder=$runs/pretext-resnet18/last.safetensors

for system in thesis-unet-sigmoid thesis-unet-patchgan; do
  $python train $system --small --data "$tiny"/part-1.zip --threads 1 --out "$runs/$system"
done
for system in thesis-resnet50-patchgan resnet18-patchgan; do
  $python train $system --small --data "$tiny"/part-1.zip --encoder "$encoder" --threads 1 --out "$runs/$system"
done
$python train warm --small --data "$tiny"/part-1.zip --encoder "$encoder" --threads 1 --out "$runs/warm"
for labels in thesis hard hinge thesis-sigmoid thesis-alone; do
  $python train labels-$labels --small --data "$tiny"/part-1.zip --start "$runs/warm/last.safetensors" --threads 1 --out "$runs/labels-$labels"
done
