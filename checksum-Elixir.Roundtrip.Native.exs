%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:ff400049a9bed528d7c2625ecca33a48a2c39cc9e5a03250ee54e47ad0f39c09"
}
