using System.Globalization;
using System.Text;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>Text that looks like source code: functions with comments, calls and conditions over a project's identifiers, of which each file uses some
/// of its own again and again.</summary>
internal sealed class CodeText
{
    private const int Vocabulary = 4_000;

    private static readonly string[] s_stems =
    [
        "score", "cache", "window", "merge", "split", "rank", "prune", "seed", "graph", "queue", "token", "batch", "layer", "table", "route", "probe", "node", "edge",
        "limit", "state", "event", "trace", "index", "value", "field", "frame", "block", "chunk", "range", "bound", "policy", "metric", "sample", "weight", "gradient",
        "worker", "branch", "commit", "result", "record", "schema", "column", "filter", "source", "target", "buffer", "stream", "reader", "writer", "parser", "offset",
        "length", "count", "total", "depth", "width", "height", "scale", "ratio", "delta", "error", "retry", "timer", "clock", "budget", "quota", "lease", "owner", "group",
        "member", "session", "request", "response", "handler", "context", "option", "config", "parent", "child", "sibling", "path", "folder", "archive", "bundle", "digest",
    ];

    private static readonly string[] s_verbs =
    [
        "make", "read", "write", "load", "store", "find", "select", "apply", "check", "update", "remove", "append", "collect", "compare", "measure", "resolve", "parse", "format",
        "open", "close", "start", "finish", "join", "sort", "count", "estimate", "sample", "train", "score", "reset",
    ];

    private static readonly string[] s_prose =
    [
        "the", "a", "when", "is", "not", "of", "to", "and", "every", "one", "before", "after", "only", "may", "must", "then", "with", "without", "that", "this", "it", "has",
        "new", "old", "first", "last", "same", "other", "empty", "known", "larger", "smaller", "because", "until", "while", "already", "again", "here", "there", "by",
    ];

    private readonly Random _random;
    private readonly string[] _identifiers;

    public CodeText(Random random)
    {
        _random = random;
        _identifiers = [.. Enumerable.Range(0, Vocabulary).Select(_ => Identifier())];
    }

    /// <summary>Picks the identifiers that a file uses.</summary>
    public string[] PickNames() => [.. Enumerable.Range(0, _random.Next(20, 60)).Select(_ => _identifiers[_random.Next(Vocabulary)])];

    /// <summary>Makes a file of about so many lines.</summary>
    public string File(string[] names, int lines)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"\"\"\"{Sentence(names)}\n\n{Sentence(names)}\n\"\"\"\n\n");
        for (var import = _random.Next(2, 9); import > 0; import--)
        {
            text.Append(CultureInfo.InvariantCulture, $"from {Stem()}.{Stem()} import {Name(names)}\n");
        }

        for (var written = 12; written < lines;)
        {
            var body = _random.Next(4, 22);
            text.Append(CultureInfo.InvariantCulture, $"\n\ndef {Verb()}_{Name(names)}({Name(names)}, {Name(names)}={Number()}):\n    \"\"\"{Sentence(names)}\"\"\"\n");
            var indent = 4;
            for (var line = 0; line < body; line++)
            {
                var (code, opens) = Line(names, indent);
                text.Append(code);
                indent = opens ? indent + 4 : _random.Next(3) == 0 && indent > 4 ? indent - 4 : indent;
            }

            text.Append(CultureInfo.InvariantCulture, $"{new string(' ', indent)}return {Name(names)}\n");
            written += body + 5;
        }

        return text.ToString();
    }

    /// <summary>Changes a few lines at one to three places, as somebody does who tries something.</summary>
    public string Edit(string[] names, string content)
    {
        var lines = content.Split('\n').ToList();
        for (var place = _random.Next(1, 4); place > 0; place--)
        {
            var at = _random.Next(lines.Count);
            var indent = lines[at].Length - lines[at].TrimStart(' ').Length;
            lines.RemoveRange(at, Math.Min(_random.Next(7), lines.Count - 1 - at));
            lines.InsertRange(at, Enumerable.Range(0, _random.Next(1, 8)).Select(_ => Line(names, Math.Max(indent, 4)).Text.TrimEnd('\n')));
        }

        return string.Join('\n', lines);
    }

    /// <summary>Makes a sentence about some of the identifiers.</summary>
    public string Sentence(string[] names)
    {
        var words = Enumerable.Range(0, _random.Next(5, 14)).Select(_ => _random.Next(4) == 0 ? Name(names) : s_prose[_random.Next(s_prose.Length)]);
        return $"{Verb()} {string.Join(' ', words)}.";
    }

    private (string Text, bool OpensBlock) Line(string[] names, int indent)
    {
        var blank = new string(' ', indent);
        var (a, b, c) = (Name(names), Name(names), Name(names));
        return _random.Next(16) switch
        {
            0 => ($"{blank}if {a} > {b}.{Stem()}:\n", true),
            1 => ($"{blank}for {Stem()} in {a}.{Verb()}_{b}({c}):\n", true),
            2 => ($"{blank}# {Sentence(names)}\n", false),
            3 => ($"{blank}{a} = {b} + {c} * {Number()}\n", false),
            4 => ($"{blank}{a} = {Verb()}_{b}({c}, {Number()})\n", false),
            5 => ($"{blank}{a}[{b}] = {c}\n", false),
            6 => ($"{blank}{a}.append(({b}, {c}))\n", false),
            7 => ($"{blank}assert {a} is not None, \"{Sentence(names)}\"\n", false),
            8 => ($"{blank}{a} = [{b}.{Stem()} for {b} in {c} if {b}.{Stem()}]\n", false),
            9 => ($"{blank}self.{a} = {b}.get(\"{Stem()}\", {Number()})\n", false),
            10 => ($"{blank}log.debug(\"{Stem()} %s of %s\", {a}, {b})\n", false),
            11 => ("\n", false),
            12 => ($"{blank}{a}, {b} = {Verb()}_{c}({a}, {b})\n", false),
            13 => ($"{blank}{a} = max({b}, {c}.{Stem()} or {Number()})\n", false),
            14 => ($"{blank}with {Verb()}_{a}({b}) as {Stem()}:\n", true),
            _ => ($"{blank}{a} -= {b}.{Verb()}({c}={Number()})\n", false),
        };
    }

    // The first names of a file come up most.
    private string Name(string[] names) => names[(int)(names.Length * Math.Pow(_random.NextDouble(), 2))];

    private string Identifier() => _random.Next(3) switch
    {
        0 => Stem(),
        1 => $"{Stem()}_{Stem()}",
        _ => $"{Verb()}_{Stem()}_{Stem()}",
    };

    private string Stem() => s_stems[_random.Next(s_stems.Length)];

    private string Verb() => s_verbs[_random.Next(s_verbs.Length)];

    private string Number() => _random.Next(3) switch
    {
        0 => _random.Next(10).ToString(CultureInfo.InvariantCulture),
        1 => _random.NextDouble().ToString("F3", CultureInfo.InvariantCulture),
        _ => _random.Next(4096).ToString(CultureInfo.InvariantCulture),
    };
}
