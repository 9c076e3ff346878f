namespace Eden.Checkpoint.Tests.Import;

/// <summary>What import options refuse when they are made, and what their text tells.</summary>
[TestFixture]
public class ImportOptionsTests
{
    [TestCase("")]
    [TestCase("git@git.example:eden.git")]
    [TestCase("ssh://git.example/eden.git")]
    [TestCase("https://git.example/eden.git?token=x")]
    public void A_remote_of_an_unknown_kind_cannot_be_set(string url)
        => Assert.That(() => new CheckpointImportOptions { RemoteUrl = url }, Throws.ArgumentException);

    [Test]
    public void The_text_of_options_holds_no_password()
    {
        var options = new CheckpointImportOptions { RemoteUrl = "https://integrator:hunter2@git.example/eden.git", RepositoryPath = "/srv/eden.git" };

        Assert.That(options.ToString(), Does.Contain("https://git.example/eden.git").And.Contain("/srv/eden.git"));
        Assert.That(options.ToString(), Does.Not.Contain("hunter2").And.Not.Contain("integrator"));
    }
}
