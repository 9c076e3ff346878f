using System.Globalization;
using System.Text;
using Eden.Checkpoint.ConsoleHost;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Eden.Checkpoint.Server;

/// <summary>Reads the optional <c>auto_checkpoint</c> block of an experiment's config. The rest of the config is not this server's business.</summary>
internal static class AutoCheckpointBlock
{
    private const string Name = "auto_checkpoint";

    /// <summary>Returns the schedule; one that is not enabled when there is no block.</summary>
    /// <exception cref="UsageException">The config is no YAML, or the block has an unknown key or a value that makes no sense.</exception>
    public static CheckpointSchedule Read(ReadOnlyMemory<byte> config)
    {
        var schedule = new CheckpointSchedule();
        if (Find(config) is not { } block)
        {
            return schedule;
        }

        foreach (var (keyNode, valueNode) in block.Children)
        {
            var key = (keyNode as YamlScalarNode)?.Value;
            var value = valueNode as YamlScalarNode ?? throw new UsageException($"The config's {Name}.{key} is not a single value.");
            try
            {
                schedule = key switch
                {
                    "enabled" => schedule with { Enabled = Flag(key, value) },
                    "interval_seconds" => schedule with { Interval = TimeSpan.FromSeconds(Number(key, value)) },
                    "retention_count" => schedule with { RetentionCount = (int)Number(key, value) },
                    "on_terminate" => schedule with { OnTerminate = Flag(key, value) },
                    _ => throw new UsageException($"The config's {Name} has a key '{key}' that is not known; it may have enabled, interval_seconds, retention_count and on_terminate."),
                };
            }
            catch (Exception exception) when (exception is ArgumentOutOfRangeException or OverflowException)
            {
                throw new UsageException($"The config's {Name}.{key} is out of range.");
            }
        }

        return schedule;
    }

    private static YamlMappingNode? Find(ReadOnlyMemory<byte> config)
    {
        try
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(Encoding.UTF8.GetString(config.Span)));
            return yaml.Documents.Count > 0
                && yaml.Documents[0].RootNode is YamlMappingNode root
                && root.Children.TryGetValue(new YamlScalarNode(Name), out var block)
                && block is not YamlScalarNode { Value: null or "" or "~" or "null" }
                ? block as YamlMappingNode ?? throw new UsageException($"The config's {Name} is not a mapping.")
                : null;
        }
        catch (YamlException exception)
        {
            throw new UsageException($"The file of --experiment-config is no YAML: line {exception.Start.Line}, column {exception.Start.Column}.");
        }
    }

    private static bool Flag(string key, YamlScalarNode value) => value.Value switch
    {
        "true" or "True" or "TRUE" or "yes" or "on" when value.Style == ScalarStyle.Plain => true,
        "false" or "False" or "FALSE" or "no" or "off" when value.Style == ScalarStyle.Plain => false,
        _ => throw new UsageException($"The config's {Name}.{key} is neither true nor false."),
    };

    private static long Number(string key, YamlScalarNode value)
        => value.Style == ScalarStyle.Plain && long.TryParse(value.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number <= int.MaxValue
            ? number
            : throw new UsageException($"The config's {Name}.{key} is not a whole number in range.");
}
