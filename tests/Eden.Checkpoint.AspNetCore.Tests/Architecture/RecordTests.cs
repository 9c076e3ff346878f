using System.Collections;
using System.Reflection;
using Eden.Git;

namespace Eden.Checkpoint.AspNetCore.Tests.Architecture;

/// <summary>Records are for values and for options, which callers vary by <c>with</c>.</summary>
[TestFixture]
public class RecordTests
{
    // What a caller sets, and varies by `with`; nobody compares them.
    private static readonly string[] s_varied = ["Options", "Request", "Experiment"];

    private static readonly Type[] s_records =
        [.. new[] { typeof(GitException), typeof(CheckpointException), typeof(CheckpointExperiment) }
            .SelectMany(type => type.Assembly.GetExportedTypes())
            .Where(type => type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance) is not null)];

    [Test]
    public void The_equality_of_a_record_is_that_of_its_values()
    {
        Assert.That(s_records, Has.Length.GreaterThan(25), "the records were found");

        var lost = from type in s_records
                   where !s_varied.Any(end => type.Name.EndsWith(end, StringComparison.Ordinal))
                   from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                   where property.CanWrite && !IsValue(property.PropertyType)
                   select $"{type.Name}.{property.Name}";
        Assert.That(lost, Is.Empty);
    }

    [Test]
    public void Nobody_derives_from_results_and_reports()
    {
        var results = new[] { typeof(GitException), typeof(CheckpointException) }.SelectMany(type => type.Assembly.GetExportedTypes())
            .Where(type => type.Name.EndsWith("Result", StringComparison.Ordinal) || type.Name.EndsWith("Report", StringComparison.Ordinal)).ToArray();

        Assert.That(results, Has.Length.GreaterThan(5));
        Assert.That(results, Has.All.Property(nameof(Type.IsSealed)).True);
    }

    private static bool IsValue(Type type)
        => Nullable.GetUnderlyingType(type) is { } underlying ? IsValue(underlying)
            : type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(DateTimeOffset) || type == typeof(TimeSpan)
                || (s_records.Contains(type) && !typeof(IEnumerable).IsAssignableFrom(type));
}
