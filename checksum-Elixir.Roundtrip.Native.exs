%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:ff7861967e60fd5e157a42e990a798dc78125257ba573d062d151cc6a9773d26"
}
