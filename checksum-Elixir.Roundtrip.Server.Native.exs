%{
  "libroundtrip_server-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:90e2b8bbed0e5470add249cfc702f6b6a04dc96e0863b25d1ef2fc6dee916a84"
}
