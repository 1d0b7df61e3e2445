// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Owned} from "../roles/Owned.sol";

/// Accounts that may neither send nor receive, kept by one account, the blacklister.
abstract contract Blacklistable is Owned {
    address public blacklister;

    event Blacklisted(address indexed _account);
    event UnBlacklisted(address indexed _account);
    event BlacklisterChanged(address indexed newBlacklister);

    modifier onlyBlacklister() {
        require(msg.sender == blacklister, "Blacklistable: caller is not the blacklister");
        _;
    }

    modifier notBlacklisted(address _account) {
        require(!_isBlacklisted(_account), "Blacklistable: account is blacklisted");
        _;
    }

    function isBlacklisted(address _account) external view returns (bool) {
        return _isBlacklisted(_account);
    }

    function blacklist(address _account) external onlyBlacklister {
        _setBlacklisted(_account, true);
        emit Blacklisted(_account);
    }

    function unBlacklist(address _account) external onlyBlacklister {
        _setBlacklisted(_account, false);
        emit UnBlacklisted(_account);
    }

    function updateBlacklister(address _newBlacklister) external onlyOwner {
        require(_newBlacklister != address(0), "Blacklistable: new blacklister is the zero address");
        blacklister = _newBlacklister;
        emit BlacklisterChanged(_newBlacklister);
    }

    function _isBlacklisted(address account) internal view virtual returns (bool);

    function _setBlacklisted(address account, bool blacklisted) internal virtual;
}
