public import Arguments
public import Restoration

/// The words of `--way`.
extension ReplacementWay: ArgumentValue {}
