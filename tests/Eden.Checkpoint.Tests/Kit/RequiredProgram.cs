namespace Eden.Checkpoint.Tests.Kit;

/// <summary>The programs of the machine that judge what we make. <c>tests/run.sh</c> installs each of them.</summary>
internal static class RequiredProgram
{
    /// <summary>Ends the test as ignored when a program is not installed, or as failed where <c>CI=true</c>.</summary>
    public static void Ensure(string program)
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));
        if (!found)
        {
            Missing($"The program {program} is not installed.");
        }
    }

    /// <summary>Ends the test as ignored, or as failed where <c>CI=true</c>.</summary>
    public static void Missing(string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.Fail(reason);
        }

        Assert.Ignore(reason);
    }
}
