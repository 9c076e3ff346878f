using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Eden.Checkpoint.Model;

/// <summary>Collects the branches and commits that rows name.</summary>
/// <remarks>Compact: one entry per distinct branch or commit with its first owners, some tens of bytes each. Reading is thread-safe
/// once adding has ended; adding is not.</remarks>
/// <param name="names">The names of the files of the archive whose rows these are.</param>
internal sealed class ReferenceTable(MemberNames names)
{
    /// <summary>How many binding owners of a target are listed, and how many others.</summary>
    private const int MaxOwnersListed = 4;
    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdef");

    private readonly Dictionary<CommitKey, int> _commits = [];
    private readonly Dictionary<string, int> _branches = new(StringComparer.Ordinal);
    private readonly List<Target> _targets = [];
    private readonly List<Owner> _owners = [];
    private byte[] _ids = [];
    private int _idsLength;

    /// <summary>Gets the names of the archive's files.</summary>
    public MemberNames Names => names;

    /// <summary>Gets the number of distinct branches and commits.</summary>
    public int TargetCount => _targets.Count;

    /// <summary>Gets the number of references that are listed with their owners.</summary>
    public int ListedCount => _owners.Count;

    /// <summary>Gets the number of references, several to one target included.</summary>
    public long TotalReferences { get; private set; }

    /// <summary>Adds one reference.</summary>
    /// <param name="reference">The reference.</param>
    /// <exception cref="ArgumentException">A commit is not 40 or 64 lowercase hex digits, or a branch is empty.</exception>
    public void Add(GitReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var id = Encoding.UTF8.GetBytes(reference.RecordId);
        if (reference.Field == GitReferenceField.VariantBranch)
        {
            ArgumentException.ThrowIfNullOrEmpty(reference.Value);
            AddBranch(reference.Value, id, reference.Line ?? 0, CheckHex(reference.BranchCommit));
        }
        else
        {
            var hex = CheckHex(reference.Value) ?? throw new ArgumentException("A commit hash is missing.", nameof(reference));
            AddCommit(reference.Field, Encoding.ASCII.GetBytes(hex), id, reference.Line ?? 0, reference.Index ?? -1);
        }
    }

    /// <summary>Lists the distinct targets with their first owners, branches and commits mixed, in the order in which they were first named.</summary>
    public IEnumerable<ReferenceTarget> Targets()
    {
        for (var index = 0; index < _targets.Count; index++)
        {
            yield return new ReferenceTarget(this, index);
        }
    }

    public void AddCommit(GitReferenceField field, ReadOnlySpan<byte> hex, ReadOnlySpan<byte> recordId, long line, int index)
    {
        var key = CommitKey.Parse(hex);
        ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_commits, key, out var known);
        if (!known)
        {
            slot = _targets.Count;
            _targets.Add(new Target { Key = key, First = -1, Last = -1 });
        }

        AddOwner(slot, field, recordId, line, index);
    }

    public void AddBranch(string branch, ReadOnlySpan<byte> recordId, long line, string? commit)
    {
        ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_branches, branch, out var known);
        if (!known)
        {
            slot = _targets.Count;
            _targets.Add(new Target { Branch = branch, BranchCommit = commit, First = -1, Last = -1 });
        }

        AddOwner(slot, GitReferenceField.VariantBranch, recordId, line, -1);
    }

    private static string? CheckHex(string? hex)
    {
        if (hex is null)
        {
            return null;
        }

        if (hex.Length is not (40 or 64) || hex.AsSpan().ContainsAnyExcept(s_hex))
        {
            throw new ArgumentException("A commit hash is 40 or 64 lowercase hex digits.", nameof(hex));
        }

        return hex;
    }

    private void AddOwner(int target, GitReferenceField field, ReadOnlySpan<byte> recordId, long line, int index)
    {
        TotalReferences++;
        ref var entry = ref CollectionsMarshal.AsSpan(_targets)[target];
        if (field <= GitReferenceField.IdeaParentCommits)
        {
            entry.Binding++;
        }
        else
        {
            entry.Advisory++;
        }

        // Binding and advisory owners are listed apart, so that a warning-only field never hides a violation.
        ref var listed = ref field <= GitReferenceField.IdeaParentCommits ? ref entry.BindingListed : ref entry.AdvisoryListed;
        if (listed >= MaxOwnersListed)
        {
            return;
        }

        listed++;
        var offset = AppendId(recordId);
        _owners.Add(new Owner { Field = field, Line = line, Index = index, IdOffset = offset, IdLength = recordId.Length, Next = -1 });
        var owner = _owners.Count - 1;
        if (entry.Last < 0)
        {
            entry.First = owner;
        }
        else
        {
            CollectionsMarshal.AsSpan(_owners)[entry.Last].Next = owner;
        }

        entry.Last = owner;
    }

    private int AppendId(ReadOnlySpan<byte> id)
    {
        if (_owners.Count > 0)
        {
            // Several fields of one record come one after the other.
            var last = _owners[^1];
            if (_ids.AsSpan(last.IdOffset, last.IdLength).SequenceEqual(id))
            {
                return last.IdOffset;
            }
        }

        if (_ids.Length - _idsLength < id.Length)
        {
            Array.Resize(ref _ids, (int)Math.Min(Array.MaxLength, Math.Max(1024, Math.Max(_ids.Length * 2L, (long)_idsLength + id.Length))));
        }

        id.CopyTo(_ids.AsSpan(_idsLength));
        _idsLength += id.Length;
        return _idsLength - id.Length;
    }

    /// <summary>One distinct branch or commit.</summary>
    internal readonly struct ReferenceTarget(ReferenceTable set, int index)
    {
        private Target Entry => set._targets[index];

        /// <summary>Gets the branch name without <c>refs/heads/</c>, or <see langword="null"/> for a commit.</summary>
        public string? Branch => Entry.Branch;

        /// <summary>Gets, for a branch, the commit that the variant names beside it.</summary>
        public string? BranchCommit => Entry.BranchCommit;

        /// <summary>Gets the commit's hex hash; empty for a branch.</summary>
        public string Commit => Entry.Branch is null ? Entry.Key.ToString() : string.Empty;

        /// <summary>Gets how many references the cross-reference check requires.</summary>
        public long Binding => Entry.Binding;

        /// <summary>Gets how many references are only worth a warning.</summary>
        public long Advisory => Entry.Advisory;

        /// <summary>Lists the first owners.</summary>
        public IEnumerable<GitReference> Owners()
        {
            var entry = Entry;
            var value = entry.Branch ?? entry.Key.ToString();
            for (var next = entry.First; next >= 0; next = set._owners[next].Next)
            {
                var owner = set._owners[next];
                yield return new GitReference(
                    owner.Field,
                    value,
                    Encoding.UTF8.GetString(set._ids, owner.IdOffset, owner.IdLength),
                    owner.Line > 0 ? owner.Line : null,
                    owner.Index >= 0 ? owner.Index : null)
                {
                    BranchCommit = entry.BranchCommit,
                    Names = set.Names,
                };
            }
        }
    }

    private struct Target
    {
        public CommitKey Key;
        public string? Branch;
        public string? BranchCommit;
        public long Binding;
        public long Advisory;
        public int BindingListed;
        public int AdvisoryListed;
        public int First;
        public int Last;
    }

    private struct Owner
    {
        public GitReferenceField Field;
        public long Line;
        public int Index;
        public int IdOffset;
        public int IdLength;
        public int Next;
    }

    private readonly record struct CommitKey(ulong A, ulong B, ulong C, ulong D, bool IsSha256)
    {
        public static CommitKey Parse(ReadOnlySpan<byte> hex)
        {
            Span<byte> raw = stackalloc byte[32];
            raw.Clear();
            if (hex.Length is not (40 or 64) || Convert.FromHexString(hex, raw, out _, out _) != OperationStatus.Done)
            {
                throw new ArgumentException("A commit hash is 40 or 64 lowercase hex digits.", nameof(hex));
            }

            var words = MemoryMarshal.Cast<byte, ulong>(raw);
            return new CommitKey(words[0], words[1], words[2], words[3], hex.Length == 64);
        }

        public override string ToString()
        {
            Span<ulong> words = [A, B, C, D];
            return Convert.ToHexStringLower(MemoryMarshal.AsBytes(words)[..(IsSha256 ? 32 : 20)]);
        }
    }
}
