using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests;

/// <summary>Stops the shared PostgreSQL after the last test of the assembly. Here and not in the kit, because it covers its own namespace and those below.</summary>
[SetUpFixture]
public class PostgresTeardown
{
    [OneTimeTearDown]
    public Task StopTheServer() => TempPostgres.StopAsync();
}
