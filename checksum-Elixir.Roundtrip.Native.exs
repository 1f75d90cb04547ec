%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:74d84f3dd23b24d4744adb7a3d722e8bac7342a7f51f557fe394ba6c88c19357"
}
