#!/bin/sh
# Makes the two media files the emulator serves. Run it only to change them; the results are checked in.
set -eu
cd "$(dirname "$0")"
ffmpeg -v error -y -f lavfi -i testsrc=duration=2:size=160x90:rate=10 -f lavfi -i sine=frequency=440:duration=2 \
  -c:v libx264 -preset veryslow -crf 32 -pix_fmt yuv420p -c:a aac -b:a 24k -ac 1 -map_metadata -1 -fflags +bitexact \
  -movflags +faststart -shortest meeting.mp4
ffmpeg -v error -y -f lavfi -i sine=frequency=440:duration=2 -c:a aac -b:a 24k -ac 1 -map_metadata -1 \
  -fflags +bitexact -movflags +faststart meeting.m4a
