using Eden.Checkpoint.SmokeRemote;

// What a script cannot do by itself: put an experiment into a database and a repository, and serve the repository the way a git host does.
return args switch
{
    ["seed", var repository, var variants] => await SeedCommand.RunAsync(repository, variants),
    ["serve", var root] => await ServeCommand.RunAsync(root),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        usage: eden-checkpoint-smoke-remote seed REPOSITORY VARIANTS   (the database's URL in EDEN_STORE_URL)
               eden-checkpoint-smoke-remote serve ROOT                 (user and password in EDEN_REMOTE_USER and EDEN_REMOTE_PASSWORD)
        """);
    return 2;
}
