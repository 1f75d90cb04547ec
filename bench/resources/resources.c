// The witness and the shelf of native/nif/src/resources.rs, in C.
// bench/resources/run builds this file and asserts that its destructor runs.

#include <erl_nif.h>

typedef struct {
  ErlNifPid owner;
  ERL_NIF_TERM name;
} Witness;

typedef struct {
  ErlNifMutex *lock;
  Witness *held;
} Shelf;

static ErlNifResourceType *witness_type;
static ErlNifResourceType *shelf_type;

static void witness_end(ErlNifEnv *env, void *object) {
  Witness *witness = object;
  ERL_NIF_TERM dropped = enif_make_atom(env, "dropped");
  enif_send(env, &witness->owner, NULL,
            enif_make_tuple2(env, dropped, witness->name));
}

static Witness *exchange(Shelf *shelf, Witness *witness) {
  enif_mutex_lock(shelf->lock);
  Witness *held = shelf->held;
  shelf->held = witness;
  enif_mutex_unlock(shelf->lock);
  return held;
}

static void shelf_end(ErlNifEnv *env, void *object) {
  (void)env;
  Shelf *shelf = object;
  if (shelf->held)
    enif_release_resource(shelf->held);
  if (shelf->lock)
    enif_mutex_destroy(shelf->lock);
}

static int load(ErlNifEnv *env, void **priv_data, ERL_NIF_TERM info) {
  (void)priv_data;
  (void)info;
  ErlNifResourceFlags create = ERL_NIF_RT_CREATE;
  witness_type =
      enif_open_resource_type(env, NULL, "Witness", witness_end, create, NULL);
  shelf_type =
      enif_open_resource_type(env, NULL, "Shelf", shelf_end, create, NULL);
  return witness_type && shelf_type ? 0 : 1;
}

// The name may be kept, for it is an atom: no environment owns it.
static ERL_NIF_TERM witness_new(ErlNifEnv *env, int argc,
                                const ERL_NIF_TERM argv[]) {
  ErlNifPid owner;
  if (argc != 2 || !enif_get_local_pid(env, argv[0], &owner) ||
      !enif_is_atom(env, argv[1]))
    return enif_make_badarg(env);

  Witness *witness = enif_alloc_resource(witness_type, sizeof(Witness));
  witness->owner = owner;
  witness->name = argv[1];
  ERL_NIF_TERM term = enif_make_resource(env, witness);
  enif_release_resource(witness);
  return term;
}

static ERL_NIF_TERM shelf_new(ErlNifEnv *env, int argc,
                              const ERL_NIF_TERM argv[]) {
  (void)argc;
  (void)argv;
  Shelf *shelf = enif_alloc_resource(shelf_type, sizeof(Shelf));
  shelf->held = NULL;
  shelf->lock = enif_mutex_create("shelf");
  ERL_NIF_TERM term = enif_make_resource(env, shelf);
  enif_release_resource(shelf);
  if (!shelf->lock)
    return enif_raise_exception(env, enif_make_atom(env, "no_mutex"));
  return term;
}

static ERL_NIF_TERM shelf_put(ErlNifEnv *env, int argc,
                              const ERL_NIF_TERM argv[]) {
  void *shelf, *witness;
  if (argc != 2 || !enif_get_resource(env, argv[0], shelf_type, &shelf) ||
      !enif_get_resource(env, argv[1], witness_type, &witness))
    return enif_make_badarg(env);

  enif_keep_resource(witness);
  Witness *held = exchange(shelf, witness);
  if (held)
    enif_release_resource(held);
  return enif_make_atom(env, "ok");
}

static ERL_NIF_TERM shelf_take(ErlNifEnv *env, int argc,
                               const ERL_NIF_TERM argv[]) {
  void *shelf;
  if (argc != 1 || !enif_get_resource(env, argv[0], shelf_type, &shelf))
    return enif_make_badarg(env);

  Witness *held = exchange(shelf, NULL);
  if (!held)
    return enif_make_atom(env, "nil");
  ERL_NIF_TERM term = enif_make_resource(env, held);
  enif_release_resource(held);
  return term;
}

static ErlNifFunc functions[] = {
    {"witness_new", 2, witness_new, 0},
    {"shelf_new", 0, shelf_new, 0},
    {"shelf_put", 2, shelf_put, 0},
    {"shelf_take", 1, shelf_take, 0},
};

ERL_NIF_INIT(Elixir.Bench.Resources, functions, load, NULL, NULL, NULL)
