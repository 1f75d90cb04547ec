%{
  "libroundtrip_nif-v0.1.0-nif-2.15-x86_64-unknown-linux-gnu.so.tar.gz" => "sha256:eaa1cb8d890df50001bf51c0b7752bdac9770fc5ee661c11e8f68d456088108f"
}
