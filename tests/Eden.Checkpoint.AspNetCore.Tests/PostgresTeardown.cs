using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.AspNetCore.Tests;

/// <summary>Stops the shared PostgreSQL after the last test of the assembly.</summary>
[SetUpFixture]
public class PostgresTeardown
{
    [OneTimeTearDown]
    public Task StopTheServer() => TempPostgres.StopAsync();
}
