//! The atoms that this library sends to Elixir.

rustler::atoms! {
    // Messages.
    request,
    roundtrip_server_stopped,
    // What `respond` returns instead of decoding a large response.
    large,
    // Methods.
    get,
    head,
    post,
    put,
    patch,
    delete,
    options,
    trace,
    connect,
    // Schemes.
    http,
    // Versions.
    http_10 = "HTTP/1.0",
    http_11 = "HTTP/1.1",
    // The module and the keys of `%Roundtrip.Server.Request{}`.
    struct_key = "__struct__",
    request_module = "Elixir.Roundtrip.Server.Request",
    method,
    scheme,
    host,
    port,
    path,
    query,
    headers,
    peer,
    version,
    body,
    r#ref = "ref",
}
