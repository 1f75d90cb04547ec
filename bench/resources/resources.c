// The notifier and the slot of native/nif/src/resources.rs, in C.
// bench/resources/run builds this file and asserts that its destructor runs.

#include <erl_nif.h>

typedef struct {
  ErlNifPid owner;
  ERL_NIF_TERM name;
} DropNotifier;

typedef struct {
  ErlNifMutex *lock;
  DropNotifier *held;
} Slot;

static ErlNifResourceType *notifier_type;
static ErlNifResourceType *slot_type;

static void notifier_end(ErlNifEnv *env, void *object) {
  DropNotifier *notifier = object;
  ERL_NIF_TERM dropped = enif_make_atom(env, "dropped");
  enif_send(env, &notifier->owner, NULL,
            enif_make_tuple2(env, dropped, notifier->name));
}

static DropNotifier *exchange(Slot *slot, DropNotifier *notifier) {
  enif_mutex_lock(slot->lock);
  DropNotifier *held = slot->held;
  slot->held = notifier;
  enif_mutex_unlock(slot->lock);
  return held;
}

static void slot_end(ErlNifEnv *env, void *object) {
  (void)env;
  Slot *slot = object;
  if (slot->held)
    enif_release_resource(slot->held);
  if (slot->lock)
    enif_mutex_destroy(slot->lock);
}

static int load(ErlNifEnv *env, void **priv_data, ERL_NIF_TERM info) {
  (void)priv_data;
  (void)info;
  ErlNifResourceFlags create = ERL_NIF_RT_CREATE;
  notifier_type = enif_open_resource_type(env, NULL, "DropNotifier",
                                          notifier_end, create, NULL);
  slot_type =
      enif_open_resource_type(env, NULL, "Slot", slot_end, create, NULL);
  return notifier_type && slot_type ? 0 : 1;
}

// The name may be kept, for it is an atom: no environment owns it.
static ERL_NIF_TERM drop_notifier_new(ErlNifEnv *env, int argc,
                                      const ERL_NIF_TERM argv[]) {
  ErlNifPid owner;
  if (argc != 2 || !enif_get_local_pid(env, argv[0], &owner) ||
      !enif_is_atom(env, argv[1]))
    return enif_make_badarg(env);

  DropNotifier *notifier =
      enif_alloc_resource(notifier_type, sizeof(DropNotifier));
  notifier->owner = owner;
  notifier->name = argv[1];
  ERL_NIF_TERM term = enif_make_resource(env, notifier);
  enif_release_resource(notifier);
  return term;
}

static ERL_NIF_TERM slot_new(ErlNifEnv *env, int argc,
                             const ERL_NIF_TERM argv[]) {
  (void)argc;
  (void)argv;
  Slot *slot = enif_alloc_resource(slot_type, sizeof(Slot));
  slot->held = NULL;
  slot->lock = enif_mutex_create("slot");
  ERL_NIF_TERM term = enif_make_resource(env, slot);
  enif_release_resource(slot);
  if (!slot->lock)
    return enif_raise_exception(env, enif_make_atom(env, "no_mutex"));
  return term;
}

static ERL_NIF_TERM slot_put(ErlNifEnv *env, int argc,
                             const ERL_NIF_TERM argv[]) {
  void *slot, *notifier;
  if (argc != 2 || !enif_get_resource(env, argv[0], slot_type, &slot) ||
      !enif_get_resource(env, argv[1], notifier_type, &notifier))
    return enif_make_badarg(env);

  enif_keep_resource(notifier);
  DropNotifier *held = exchange(slot, notifier);
  if (held)
    enif_release_resource(held);
  return enif_make_atom(env, "ok");
}

static ERL_NIF_TERM slot_take(ErlNifEnv *env, int argc,
                              const ERL_NIF_TERM argv[]) {
  void *slot;
  if (argc != 1 || !enif_get_resource(env, argv[0], slot_type, &slot))
    return enif_make_badarg(env);

  DropNotifier *held = exchange(slot, NULL);
  if (!held)
    return enif_make_atom(env, "nil");
  ERL_NIF_TERM term = enif_make_resource(env, held);
  enif_release_resource(held);
  return term;
}

static ErlNifFunc functions[] = {
    {"drop_notifier_new", 2, drop_notifier_new, 0},
    {"slot_new", 0, slot_new, 0},
    {"slot_put", 2, slot_put, 0},
    {"slot_take", 1, slot_take, 0},
};

ERL_NIF_INIT(Elixir.Bench.Resources, functions, load, NULL, NULL, NULL)
