using System.Text;

namespace Eden.Git.Repositories;

/// <summary>The settings of one git configuration file, in file order. Includes are not followed, as git itself does not when it
/// reads a repository's format.</summary>
/// <remarks>Strict: a line that git would refuse is refused, because a setting that is not understood may be one that matters.</remarks>
internal sealed class GitConfigFile
{
    private readonly List<(string Key, string? Value)> _settings;

    private GitConfigFile(List<(string Key, string? Value)> settings) => _settings = settings;

    /// <summary>Gets every setting: <c>section.name</c> or <c>section.subsection.name</c>, section and name in lower case. A name without
    /// "=" has no value and means true.</summary>
    public IReadOnlyList<(string Key, string? Value)> Settings => _settings;

    /// <summary>Returns the last value of a key, as git does; <see langword="false"/> when it is not set.</summary>
    public bool TryGet(string key, out string? value)
    {
        for (var i = _settings.Count - 1; i >= 0; i--)
        {
            if (_settings[i].Key == key)
            {
                value = _settings[i].Value;
                return true;
            }
        }

        value = null;
        return false;
    }

    /// <summary>Reads git's spellings of a truth value.</summary>
    public static bool? AsBoolean(string? value) => value?.ToUpperInvariant() switch
    {
        null or "TRUE" or "YES" or "ON" or "1" => true,
        "" or "FALSE" or "NO" or "OFF" or "0" => false,
        _ => null,
    };

    /// <summary>Parses the text of a configuration file.</summary>
    /// <exception cref="FormatException">The text is not a git configuration; the message names the line.</exception>
    public static GitConfigFile Parse(string text)
    {
        var settings = new List<(string, string?)>();
        var reader = new Reader(text.StartsWith('\uFEFF') ? text[1..] : text);
        string? section = null;
        while (reader.SkipBlank())
        {
            if (reader.Peek == '[')
            {
                section = reader.ReadSection();
            }
            else
            {
                var name = reader.ReadName();
                var value = reader.ReadValue();
                settings.Add((section is null ? throw reader.Fault("a setting stands before any section") : $"{section}.{name}", value));
            }
        }

        return new GitConfigFile(settings);
    }

    private sealed class Reader(string text)
    {
        private int _at;
        private int _line = 1;

        public int Peek => _at < text.Length ? text[_at] : -1;

        public FormatException Fault(string what) => new($"line {_line}: {what}");

        /// <summary>Skips white space, blank lines and comments; false at the end.</summary>
        public bool SkipBlank()
        {
            while (Peek is var c and not -1)
            {
                if (c is '#' or ';')
                {
                    SkipLine();
                }
                else if (c is ' ' or '\t' or '\r' or '\n')
                {
                    Next();
                }
                else
                {
                    return true;
                }
            }

            return false;
        }

        public string ReadSection()
        {
            Next();
            var name = new StringBuilder();
            while (Peek is var c && c is not (-1 or ']' or ' ' or '\t'))
            {
                name.Append(char.IsAsciiLetterOrDigit((char)c) || c is '-' or '.' ? char.ToLowerInvariant((char)Next()) : throw Fault("a section name is malformed"));
            }

            while (Peek is ' ' or '\t')
            {
                Next();
            }

            if (Peek == '"')
            {
                name.Append('.').Append(ReadSubsection());
            }

            return Peek == ']' && Next() == ']' && name.Length > 0 ? name.ToString() : throw Fault("a section header does not end in \"]\"");
        }

        public string ReadName()
        {
            var start = _at;
            while (Peek is var c and not -1 && (char.IsAsciiLetterOrDigit((char)c) || c == '-'))
            {
                Next();
            }

            return _at > start && char.IsAsciiLetter(text[start])
                ? text[start.._at].ToLowerInvariant()
                : throw Fault("a setting's name is malformed");
        }

        public string? ReadValue()
        {
            while (Peek is ' ' or '\t')
            {
                Next();
            }

            if (Peek is -1 or '\n' or '\r' or '#' or ';')
            {
                SkipLine();
                return null;
            }

            if (Next() != '=')
            {
                throw Fault("a setting's name is not followed by \"=\"");
            }

            var value = new StringBuilder();
            var quoted = false;
            var kept = 0; // unquoted white space at the end does not count
            while (true)
            {
                var c = Peek;
                if (c is -1 or '\n' || (c == '\r' && _at + 1 < text.Length && text[_at + 1] == '\n'))
                {
                    if (quoted)
                    {
                        throw Fault("a quoted value does not end");
                    }

                    SkipLine();
                    value.Length = kept;
                    return value.ToString();
                }

                Next();
                if (!quoted && c is '#' or ';')
                {
                    SkipLine();
                    value.Length = kept;
                    return value.ToString();
                }

                if (!quoted && c is ' ' or '\t')
                {
                    if (value.Length > 0)
                    {
                        value.Append((char)c);
                    }

                    continue;
                }

                if (c == '"')
                {
                    quoted = !quoted;
                    kept = value.Length;
                    continue;
                }

                if (c == '\\')
                {
                    AppendEscape(value);
                }
                else
                {
                    value.Append((char)c);
                }

                kept = value.Length;
            }
        }

        private void AppendEscape(StringBuilder value)
        {
            var c = Next();
            if (c == '\r' && Peek == '\n')
            {
                c = Next();
            }

            switch (c)
            {
                case '\n': break; // the value goes on in the next line
                case 't': value.Append('\t'); break;
                case 'b': value.Append('\b'); break;
                case 'n': value.Append('\n'); break;
                case '\\' or '"': value.Append((char)c); break;
                default: throw Fault("a value has an unknown escape");
            }
        }

        private string ReadSubsection()
        {
            Next();
            var name = new StringBuilder();
            while (true)
            {
                var c = Next();
                if (c == '"')
                {
                    return name.ToString();
                }

                if (c == '\\')
                {
                    c = Next();
                }

                name.Append(c is -1 or '\n' ? throw Fault("a subsection name does not end") : (char)c);
            }
        }

        private void SkipLine()
        {
            while (Peek is not (-1 or '\n'))
            {
                Next();
            }
        }

        private int Next()
        {
            var c = Peek;
            if (c != -1)
            {
                _at++;
                _line += c == '\n' ? 1 : 0;
            }

            return c;
        }
    }
}
