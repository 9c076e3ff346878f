using System.Reflection;
using Eden.Git;

namespace Eden.Checkpoint.AspNetCore.Tests.Architecture;

/// <summary>Holds the exceptions of the libraries to two families, so that a host needs two catch clauses and no more.</summary>
[TestFixture]
public class ExceptionTests
{
    private static readonly Type[] s_exceptions =
        [.. new[] { typeof(GitException), typeof(CheckpointException), typeof(CheckpointExperiment) }
            .SelectMany(type => type.Assembly.GetExportedTypes())
            .Where(type => type.IsSubclassOf(typeof(Exception)))];

    [Test]
    public void Every_public_exception_is_a_checkpoint_exception_or_a_git_exception()
    {
        Assert.That(s_exceptions, Has.Length.GreaterThan(15), "the assemblies were read");
        Assert.That(s_exceptions.Where(type => !type.IsAssignableTo(typeof(CheckpointException)) && !type.IsAssignableTo(typeof(GitException))), Is.Empty);
    }

    [Test]
    public void A_public_exception_can_be_made_by_a_host_that_tests_its_own_handling()
        => Assert.That(s_exceptions.Where(type => !type.IsAbstract && type.GetConstructors(BindingFlags.Public | BindingFlags.Instance).Length == 0), Is.Empty);
}
