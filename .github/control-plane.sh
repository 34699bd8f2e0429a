#!/usr/bin/env bash
# kube-apiserver and kube-controller-manager, from the Kubernetes project itself, into the folder $1.
# (envtest's own archives would not do: they have no controller manager, so nothing would ever roll out.)
set -euo pipefail

readonly VERSION=v1.30.14
readonly folder=$1

mkdir -p "$folder"
cd "$folder"
for program in kube-apiserver kube-controller-manager; do
  url=https://dl.k8s.io/$VERSION/bin/linux/amd64/$program
  curl -fsSL --retry 3 -o "$program" "$url"
  echo "$(curl -fsSL --retry 3 "$url.sha256")  $program" | sha256sum --check --quiet
  chmod +x "$program"
done
