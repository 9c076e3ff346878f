
namespace Eden.Git.Repositories;

/// <summary>A file or object is not where a listing made a moment ago said: a gc, repack or fetch may be running. Worth a fresh listing;
/// when that fails too, the message is the fault.</summary>
/// <remarks>Never leaves the engine: the public face is <see cref="GitException"/>.</remarks>
internal sealed class RepositoryChangedException(string message, Exception? innerException = null) : Exception(message, innerException);
