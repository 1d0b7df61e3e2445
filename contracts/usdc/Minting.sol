// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Pausable} from "../roles/Pausable.sol";
import {Ledger} from "./Ledger.sol";

/// Who may make and destroy tokens: minters, each with an allowance that minting uses up, configured by one account,
/// the master minter. A minter burns only what it holds itself.
abstract contract Minting is Ledger, Pausable {
    address public masterMinter;
    mapping(address => bool) public isMinter;

    /// How much a minter may still mint.
    mapping(address => uint256) public minterAllowance;

    event Mint(address indexed minter, address indexed to, uint256 amount);
    event Burn(address indexed burner, uint256 amount);
    event MinterConfigured(address indexed minter, uint256 minterAllowedAmount);
    event MinterRemoved(address indexed oldMinter);
    event MasterMinterChanged(address indexed newMasterMinter);

    modifier onlyMinters() {
        require(isMinter[msg.sender], "FiatToken: caller is not a minter");
        _;
    }

    modifier onlyMasterMinter() {
        require(msg.sender == masterMinter, "FiatToken: caller is not the masterMinter");
        _;
    }

    function mint(address _to, uint256 _amount)
        external
        whenNotPaused
        onlyMinters
        notBlacklisted(msg.sender)
        notBlacklisted(_to)
        returns (bool)
    {
        require(_to != address(0), "FiatToken: mint to the zero address");
        require(_amount > 0, "FiatToken: mint amount not greater than 0");
        uint256 allowed = minterAllowance[msg.sender];
        require(_amount <= allowed, "FiatToken: mint amount exceeds minterAllowance");
        _increaseSupply(_to, _amount);
        minterAllowance[msg.sender] = allowed - _amount;
        emit Mint(msg.sender, _to, _amount);
        emit Transfer(address(0), _to, _amount);
        return true;
    }

    function burn(uint256 _amount) external whenNotPaused onlyMinters notBlacklisted(msg.sender) {
        require(_amount > 0, "FiatToken: burn amount not greater than 0");
        require(balanceOf(msg.sender) >= _amount, "FiatToken: burn amount exceeds balance");
        _decreaseSupply(msg.sender, _amount);
        emit Burn(msg.sender, _amount);
        emit Transfer(msg.sender, address(0), _amount);
    }

    /// Sets, and does not add to, the minter's allowance.
    function configureMinter(address minter, uint256 minterAllowedAmount)
        external
        whenNotPaused
        onlyMasterMinter
        returns (bool)
    {
        isMinter[minter] = true;
        minterAllowance[minter] = minterAllowedAmount;
        emit MinterConfigured(minter, minterAllowedAmount);
        return true;
    }

    function removeMinter(address minter) external onlyMasterMinter returns (bool) {
        isMinter[minter] = false;
        minterAllowance[minter] = 0;
        emit MinterRemoved(minter);
        return true;
    }

    function updateMasterMinter(address _newMasterMinter) external onlyOwner {
        require(_newMasterMinter != address(0), "FiatToken: new masterMinter is the zero address");
        masterMinter = _newMasterMinter;
        emit MasterMinterChanged(_newMasterMinter);
    }
}
